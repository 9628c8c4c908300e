"""
Inactivity: accounts that nobody has signed in to for two years are locked, after two notices.

Owns whom is written to and when, the lock (QĐ 31/2021/QĐ-TTg), and the way to open it again: the
right password, a code, and a carrier that names the citizen as the holder of the phone once more.
Does not own the moment of the last sign-in (citizens), nor holds (citizens, interactions).
Routes: /reactivate, /reactivate/otp.
"""

"""
Requests of citizens about their own data, which the law has answered and carried out in time.

Owns the request, its two clocks (NĐ 356/2025: answered in working days, done in days), what
operators answer, and the warning about what is late. Does not own the page a citizen sends it from
(account), nor what is done about it: that is the operators', by the means there are for each kind.
"""

"""
The long-lived processes: `serve` (the web server), `worker` (queued jobs and sweeps), `demo`.

Owns: how processes start, share the machine, and end. Does not own: what they run; that comes in
by the door from the composition root. Routes: none.
"""

"""Keys of RSA, of which a run of tests makes a few."""

from itertools import count

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_FEW = 6


def share_rsa_keys() -> None:
    """
    Hand out the same few keys in turn: making one takes longer than all else that a test does.

    No test makes so many that it would get one twice.
    """
    makes = rsa.generate_private_key
    made: dict[tuple[int, int, int], RSAPrivateKey] = {}
    turns = count()

    def in_turn(public_exponent: int, key_size: int) -> RSAPrivateKey:
        turn = (next(turns) % _FEW, public_exponent, key_size)
        if turn not in made:
            made[turn] = makes(public_exponent, key_size)
        return made[turn]

    rsa.generate_private_key = in_turn  # type: ignore[assignment]

"""Where a remembered device may spare the second factor: pure."""

from idp.core.acr import ACR_CLASSES
from idp.interactions.model import Interaction, Prompt


def one_factor_is_enough(interaction: Interaction, *, minimum_acr: str | None) -> bool:
    """
    Whether nobody asks for more than the password, on a device that is remembered.

    Not where any class above the lowest is asked for, by registration or by request, nor where a
    sign-in of this moment is: that is asked for before something that matters.
    """
    if interaction.fresh or interaction.sign_in_again_from is not None:
        return False
    request = interaction.request
    if request is None:
        return True
    if Prompt.LOGIN in request.prompt or request.max_age is not None:
        return False
    asked = {*request.acr_values, *([] if minimum_acr is None else [minimum_acr])}
    return asked <= {ACR_CLASSES[0]}

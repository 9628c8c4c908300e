"use strict";
// Sends the answer on its way (Form Post Response Mode, section 2); without scripts there is a button.
document.getElementById("form-post").submit();

# SPDX-License-Identifier: GPL-2.0-only
"""The one exception a user sees."""


class GuestError(Exception):
    """What is wrong, and what to do about it, in one line."""

# SPDX-License-Identifier: GPL-2.0-only
"""Live cases: daxaudit audits real kernels in guests; its results are compared.

The modules, from the bottom: selection (what runs by default), cases (what is declared), boot (one guest and the
cases it runs), judge (what was not as declared), runner (the command line).
"""

"""The simulator: five sites with realistic physics, as their loggers would speak.

::

    physics       what happens at an outlet          pure functions of time, seeded
    instruments   what is measured of it             samples, minutes, hours, days, flags
    loggers       how each dialect says it           2005, 2017, 2025 with SM4, JSON
    gateways      how it gets to the broker          MQTT 5, answers, outages, catching up
    scenarios     what goes wrong                    episodes and spoilt messages
    simulation    one run of all of it
"""

from __future__ import annotations

from deploy.simulator.scenarios import describe_scenarios
from deploy.simulator.simulation import Progress, SimulationReport, run

__all__ = ["Progress", "SimulationReport", "describe_scenarios", "run"]

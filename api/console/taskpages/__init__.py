"""Tasks (核查任务): the list with the visits of each unit against its cap, one task with its steps, and asking for one."""

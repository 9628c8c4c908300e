"""
What the commands of all capabilities have in common: how they take what is typed.

Does not own any command (the capabilities do), nor who may run one (operators).
"""

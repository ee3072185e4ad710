"""INC-01 to INC-05 and INC-07 to INC-09: how incidents were answered, told, written up and learnt from."""

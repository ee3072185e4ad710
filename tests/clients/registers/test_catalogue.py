"""Every declared register is whole: its names resolve, its words are there, its table's headings are unique."""

import pytest

from clients.registers.catalogue import REGISTERS
from clients.registers.lists.filters import ListFilters
from clients.registers.queries import DUE_COLUMNS, MODELS
from clients.registers.transfers.table_fields import REFERENCE, table_fields


def test_every_model_is_declared():
    assert list(REGISTERS) == list(MODELS)


@pytest.mark.parametrize("register", REGISTERS.values(), ids=list(REGISTERS))
def test_a_register_is_whole(register):
    fields = {field.name for field in register.model._meta.concrete_fields}
    columns = {each.column.key: each for each in register.columns}
    assert all((register.title, register.about, register.not_here, register.coming))
    assert columns[register.default_sort].column.sort
    assert all(each.order_by for each in register.columns if each.column.sort)
    assert set(register.searched) <= fields
    assert set(register.table_fields) <= fields and set(register.staff_only) <= set(register.table_fields)
    assert register.has_due is (register.slug in DUE_COLUMNS)
    assert ListFilters({}, register=register, owners=[]).is_valid()


@pytest.mark.parametrize("register", REGISTERS.values(), ids=list(REGISTERS))
def test_headings_are_unique_and_leave_out_what_is_not_for_clients(register):
    headings = [field.heading.casefold() for field in table_fields(register, for_staff=True)]
    assert len(headings) == len(set(headings)) and REFERENCE.casefold() not in headings
    shown = {field.name for field in table_fields(register, for_staff=False)}
    assert not shown & {"internal", *register.staff_only}

"""Workflow exports: reading them, their versions and differences, and the proposals made from them."""

"""Tests that drive the pages in Chromium. Steps outside of test modules say what they compared, too."""

import pytest

pytest.register_assert_rewrite("tests.browser.pages", "tests.browser.path")

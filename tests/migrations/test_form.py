"""How migrations are written: one line of them, and each says whether the release before it can live with it."""

import re

import pytest
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from graphql_api.migrate import ROOT

SCRIPTS = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
ALL = list(SCRIPTS.walk_revisions())
SAYS_WHETHER = re.compile(
    r"^(Safe|Not safe) while the previous release runs[:,] (?!say why)\S.*", re.MULTILINE
)


def test_there_is_one_newest_revision_and_one_first():
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1
    assert not [script.revision for script in ALL if script.is_merge_point or script.is_branch_point]


@pytest.mark.parametrize("script", ALL, ids=lambda script: script.revision)
def test_a_revision_says_in_words_what_it_does_and_whether_it_is_safe(script: Script):
    first, _, rest = script.module.__doc__.partition("\n")
    assert re.fullmatch(r"[A-Z].*\.", first)
    # Before the first one there was no release.
    assert script.down_revision is None or SAYS_WHETHER.search(rest), script.path


@pytest.mark.parametrize("script", ALL, ids=lambda script: script.revision)
def test_a_revision_can_be_taken_back(script: Script):
    assert callable(script.module.downgrade)


def test_the_template_asks_for_the_same():
    template = (ROOT / "migrations" / "script.py.mako").read_text()
    assert "Safe while the previous release runs: say why." in template
    assert not SAYS_WHETHER.search(template)

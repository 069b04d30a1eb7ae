"""Extensions and functions first: exclusion constraints need btree_gist, name search needs pg_trgm and two-character pieces."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

from wudan.kernel.search import BIGRAMS_SQL


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(BIGRAMS_SQL, "DROP FUNCTION wudan_bigrams(text)"),
    ]

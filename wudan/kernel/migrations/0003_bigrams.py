from django.db import migrations

from wudan.kernel.search import BIGRAMS_SQL


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_initial")]
    operations = [migrations.RunSQL(BIGRAMS_SQL, "DROP FUNCTION wudan_bigrams(text)")]

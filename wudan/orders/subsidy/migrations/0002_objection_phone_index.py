from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subsidy", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="objection",
            name="phone_index",
            field=models.BinaryField(default=b"", verbose_name="联系电话（索引）"),
            preserve_default=False,
        ),
    ]

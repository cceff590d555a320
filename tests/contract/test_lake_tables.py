"""The lake's tables held against the contract, and pyiceberg against what we lean on."""

import json
from dataclasses import replace

import pytest

from contract import SCHEMA
from contract.schema import Field
from tests.support.lake_world import KINDS, observation
from wsb_lake.errors import LakeMissingError, SchemaChangedError
from wsb_lake.tables.opening import open_tables
from wsb_lake.tables.specs import table_specs

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = pytest.mark.integration

NEW = Field(
    "awards", "integer", required=False, nullable=True, since=2, personal=False,
    meaning="awards given", kinds=("comment",),
)  # fmt: skip
# A later contract: a field in the middle, so that no position can be mistaken for an id.
WIDER = replace(SCHEMA, version=2, fields=(*SCHEMA.fields[:9], NEW, *SCHEMA.fields[9:]))


@pytest.mark.parametrize(("table", "kind"), KINDS.items())
def test_a_table_has_the_contracts_fields_types_and_meanings(lake, table, kind):
    """Every field of the kind, in order, then what the lake adds; (id, observed_at) its key."""
    found = lake.job().tables[table]
    schema = found.schema()
    wanted = [
        (field.name, SCHEMA.type_in(field, "iceberg"), field.meaning)
        for field in (*SCHEMA.of_kind(kind), *SCHEMA.lake)
    ]
    assert wanted == [(f.name, str(f.field_type), f.doc) for f in schema.fields]
    names = {f.field_id: f.name for f in schema.fields}
    assert {"id", "observed_at"} == {names[i] for i in schema.identifier_field_ids}
    assert [names[f.source_id] for f in found.sort_order().fields] == ["id", "observed_at"]
    partitions = [(f.name, str(f.transform)) for f in found.spec().fields]
    assert partitions == ([] if table == "gaps" else [("created_day", "day")])


def test_what_is_personal():
    """Written down once more: every other privacy test takes its list from the contract."""
    content = {"author", "author_id", "author_flair", "body", "permalink", "title", "url"}
    assert SCHEMA.personal_names() == content
    specs = table_specs()
    none = {
        name.rsplit(".", 1)[-1]
        for name, value in {**specs["comments"].properties, **specs["posts"].properties}.items()
        if name.startswith("write.metadata.metrics.column.") and value == "none"
    }
    assert none == content


@pytest.mark.parametrize("table", KINDS)
def test_no_personal_value_is_in_any_statistic(lake, table):
    """Manifests outlive rows: they hold no bounds, and no counts, of personal columns."""
    secret = "SECRETSECRET"
    personal = dict.fromkeys(SCHEMA.personal_names(), secret)
    kind = KINDS[table]
    own = {field.name for field in SCHEMA.of_kind(kind)}
    lake.land(observation(kind, "t1_a", **{k: v for k, v in personal.items() if k in own}))
    job = lake.job()
    job.run()
    for key in lake.keys(f"tables/{table}/metadata/"):
        answer = lake.aws.s3.get_object(Bucket=lake.settings.bucket, Key=key)
        assert secret.encode() not in answer["Body"].read()
    files = job.tables[table].inspect.files().to_pylist()
    names = {f.field_id: f.name for f in job.tables[table].schema().fields}
    for file in files:
        for statistic in ("lower_bounds", "upper_bounds"):
            bounded = {names[column] for column, _ in file[statistic] or ()}
            assert not bounded & SCHEMA.personal_names()
            assert {"id", "observed_at", "created_at"} <= bounded  # what planning prunes by


def test_a_wider_contract_widens_the_table(lake):
    """New fields get new ids after all others; old rows read null, new rows their value."""
    lake.land(observation("comment", "t1_old"))
    lake.job().run()
    before = {f.name: f.field_id for f in lake.job().tables["comments"].schema().fields}
    job = lake.job()
    catalog = job.tables["comments"].catalog
    tables = open_tables(catalog, lake.settings, table_specs(WIDER))
    after = {f.name: f.field_id for f in tables["comments"].schema().fields}
    assert before == {name: after[name] for name in before}
    assert {"awards"} == after.keys() - before.keys()
    assert after["awards"] > max(before.values())
    assert [row["awards"] for row in lake.rows("comments")] == [None]


def test_an_older_job_appends_to_a_wider_table(lake):
    """During a roll-out the old code goes on: what it does not know is null."""
    catalog = lake.job().tables["comments"].catalog
    open_tables(catalog, lake.settings, table_specs(WIDER))
    lake.land(observation("comment", "t1_a"))
    assert lake.job().run().appended["comments"] == 1
    assert [(row["id"], row["awards"]) for row in lake.rows("comments")] == [("t1_a", None)]


def test_a_changed_type_is_refused(lake):
    """Fields are only ever added: a table is never rewritten in secret."""
    catalog = lake.job().tables["comments"].catalog
    fields = tuple(replace(f, type="string") if f.name == "score" else f for f in SCHEMA.fields)
    with pytest.raises(SchemaChangedError, match="column score is int"):
        open_tables(catalog, lake.settings, table_specs(replace(SCHEMA, fields=fields)))


def test_opening_again_commits_nothing(lake):
    """A cold start on tables that are as they should be writes nothing."""
    lake.job().tables  # noqa: B018 - creates them
    before = lake.keys("tables/")
    lake.job().tables  # noqa: B018
    assert before == lake.keys("tables/")


def test_a_database_that_is_not_there_is_named(lake):
    """The job creates tables; the database is Terraform's."""
    lake.aws.glue.delete_database(Name=lake.settings.database)
    with pytest.raises(LakeMissingError, match=f"Glue database '{lake.settings.database}'"):
        lake.job().run()


def test_a_commit_writes_few_objects_and_leaves_none_half_done(lake):
    """One PutObject per file: no multipart upload is ever begun, nor ended, which marks an ETag."""
    lake.land(observation("comment", "t1_a"), observation("post", "t3_a"))
    lake.job().run()
    uploads = lake.aws.s3.list_multipart_uploads(Bucket=lake.settings.bucket)
    assert uploads.get("Uploads", []) == []
    written = lake.aws.s3.list_objects_v2(Bucket=lake.settings.bucket, Prefix="tables/")
    assert [item["Key"] for item in written["Contents"] if "-" in item["ETag"]] == []


def test_old_metadata_is_deleted(lake):
    """Metadata files do not pile up beyond the versions that slow readers need."""
    versions = int(table_specs()["comments"].properties["write.metadata.previous-versions-max"])
    job = lake.job()
    for n in range(versions + 3):
        lake.land_bytes(json.dumps(observation("comment", f"t1_{n}")).encode())
        job.run()
    kept = [k for k in lake.keys("tables/comments/metadata/") if k.endswith(".metadata.json")]
    assert versions + 1 == len(kept)

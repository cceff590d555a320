import json

from sandbox.aws.flink.update import updated


def test_an_update_changes_what_it_names_and_nothing_else():
    """Checkpoints, parallelism, properties and code; the old description stays as it was."""
    location = {"BucketARN": "arn:aws:s3:::b", "FileKey": "old.zip"}
    before = {
        "ApplicationCodeConfigurationDescription": {
            "CodeContentDescription": {"S3ApplicationCodeLocationDescription": location}
        },
        "FlinkApplicationConfigurationDescription": {
            "ParallelismConfigurationDescription": {"Parallelism": 1, "ParallelismPerKPU": 1}
        },
    }
    text = json.dumps(before)
    after = updated(
        before,
        {
            "ApplicationCodeConfigurationUpdate": {
                "CodeContentUpdate": {"S3ContentLocationUpdate": {"FileKeyUpdate": "new.zip"}}
            },
            "FlinkApplicationConfigurationUpdate": {
                "ParallelismConfigurationUpdate": {"ParallelismUpdate": 4}
            },
        },
    )
    code = after["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
    assert code["S3ApplicationCodeLocationDescription"] == {**location, "FileKey": "new.zip"}
    flink = after["FlinkApplicationConfigurationDescription"]
    assert flink["ParallelismConfigurationDescription"] == {
        "Parallelism": 4,
        "ParallelismPerKPU": 1,
        "CurrentParallelism": 4,
    }
    assert json.dumps(before) == text

import base64
import gzip

import pytest

from sandbox.aws.instances.user_data import exports_of

HEAD = "#!/usr/bin/env bash\n# why\nexport A=1\nexport B='two words'\n\nset -e\nexport C=3\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_only_the_head_of_user_data_is_read(pack):
    """Exports before the first other line; what the script itself exports is its own."""
    user_data = base64.b64encode(pack(HEAD.encode())).decode()
    assert exports_of(user_data) == {"A": "1", "B": "two words"}

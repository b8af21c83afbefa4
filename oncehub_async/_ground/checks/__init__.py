"""What can be said about arguments before anything is done with them.

Each check returns the value as it is wanted, or raises `InvalidParameterError` (of a request) or
`ConfigurationError` (of a setting), naming the parameter and the remedy. What only the service can
know is left to the service.
"""

from .host_checks import (
    database_url_problem,
    fragment_problem,
    host_problem,
    unescaped_problem,
)
from .list_checks import expansion, mapping, several, some_texts, texts
from .number_checks import MAX_LIMIT, page, whole_number, yes_no_or_none
from .path_checks import local_path, local_path_setting
from .setting_checks import (
    COUNT,
    COUNT_OR_NONE,
    DAY,
    HOUR,
    MINUTE,
    SECONDS,
    SECONDS_OR_NONE,
    SHARE,
    clock,
    count,
    one_of,
    seconds,
    share,
    wall_clock,
    yes_or_no,
)
from .text_checks import (
    any_text,
    choice,
    documented,
    encodable,
    filled_text,
    https_url,
    object_id,
    optional_text,
    required_text,
    tell_undocumented,
    texts_of,
    time_zone,
)
from .time_checks import aware, day, moment, slot_range, time_range, written_time
from .unset import UNSET, Unset, given, some_given

__all__ = [
    "COUNT",
    "COUNT_OR_NONE",
    "DAY",
    "HOUR",
    "MAX_LIMIT",
    "MINUTE",
    "SECONDS",
    "SECONDS_OR_NONE",
    "SHARE",
    "UNSET",
    "Unset",
    "any_text",
    "aware",
    "choice",
    "clock",
    "count",
    "database_url_problem",
    "day",
    "documented",
    "encodable",
    "expansion",
    "filled_text",
    "fragment_problem",
    "given",
    "host_problem",
    "https_url",
    "local_path",
    "local_path_setting",
    "mapping",
    "moment",
    "object_id",
    "one_of",
    "optional_text",
    "page",
    "required_text",
    "seconds",
    "several",
    "share",
    "slot_range",
    "some_given",
    "some_texts",
    "tell_undocumented",
    "texts",
    "texts_of",
    "time_range",
    "time_zone",
    "unescaped_problem",
    "wall_clock",
    "whole_number",
    "written_time",
    "yes_no_or_none",
    "yes_or_no",
]

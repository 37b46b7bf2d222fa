// The difference of two result folders, with its significance.
#pragma once

#include <string>

#include "node/base/result.h"

namespace freshet::bench {

/// A table (or one JSON object) of what changed from folder `a` to folder `b`, for each strategy
/// under each variant. Where both folders asked the same queries (seed, number, origin) they are
/// compared query by query: a t-test of the differences, McNemar's test for success. Otherwise
/// Welch's t-test over the seeds' means when both have several seeds, else over queries, and the
/// two-proportion test. first_hit_ms is the mean of the queries with a hit; query by query it is
/// tested on those with a hit in both.
/// Errors: not_found when a folder or file is not there, invalid when it is damaged.
Result<std::string> compare_folders(const std::string& a, const std::string& b, bool json);

}  // namespace freshet::bench

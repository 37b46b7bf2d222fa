// What a person types after `search` as a query for the wire. Text only; asks nobody.
#pragma once

#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

/// The query for the arguments of `search`, folded and cut as tokenizer.h says:
/// - the words of an argument are terms; parts that touch in it (HolidayPhotos, mp3) are a phrase;
/// - an argument with spaces is a phrase;
/// - "-x" excludes what the same x would find; several words in it are one phrase;
/// - after "--" an argument is taken as it is.
/// Fails with `invalid` when no word is left that must match, and when the wire's limits are
/// exceeded (kMaxQueryWords, kMaxQueryWordBytes).
Result<wire::Query> parse_query(const std::vector<std::string>& arguments);

}  // namespace freshet::core::search

// What a person types after `search` as a query for the wire. Text only; asks nobody. One language
// for the command line, the control socket and the wire.
#pragma once

#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

/// A shorter prefix would be in nearly every name. One character of an unspaced script is enough.
inline constexpr std::size_t kMinPrefixBytes = 2;

/// The query for the arguments of `search`, folded and cut as tokenizer.h says:
/// - the words of an argument are terms; parts that touch in it (HolidayPhotos, mp3) are a phrase;
/// - an argument with spaces is a phrase;
/// - "-x" excludes what the same x would find; several words in it are one phrase;
/// - "pre*" finds what begins so;
/// - "a OR b OR c": one of them must match. It binds its neighbours alone: red boat OR ship is red
///   and (boat or ship);
/// - "field:value" narrows the files (filter_text.h);
/// - after "--" an argument is taken as it is.
/// Fails with `invalid` when nothing is left that must match, and when the wire's limits are
/// exceeded (kMaxQueryWords, kMaxQueryWordBytes). The message names the column (from 1, arguments
/// one space apart, those with spaces in quotes) where something is wrong.
Result<wire::Query> parse_query(const std::vector<std::string>& arguments);

}  // namespace freshet::core::search

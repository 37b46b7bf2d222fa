// Why a tracker refuses, in its own words.
#pragma once

#include <string>
#include <string_view>

namespace freshet::wire::bt {

/// Of what a tracker gives as its reason.
inline constexpr std::size_t kMaxTrackerReasonBytes = 200;

/// Foreign bytes made fit for a person's line: cut after kMaxTrackerReasonBytes, and a '?' for each
/// that is no printable ASCII. Nothing said is said, too.
std::string tracker_reason(std::string_view said);

}  // namespace freshet::wire::bt

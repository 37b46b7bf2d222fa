// Which of several hosts to link with: rather one on another host than the links there are, then
// one in another subnet. A preference, never a rule: where all are alike it decides nothing.
#pragma once

#include <cstdint>
#include <span>

#include "node/base/endpoint.h"

namespace freshet::core::overlay {

/// 2: the same host; 1: the same subnet (/24, or /64 of IPv6); 0: neither. Of the nearest one.
std::uint8_t nearness(const Endpoint& candidate, std::span<const Endpoint> linked);

}  // namespace freshet::core::overlay

// `field:value` as a person types it after `search`, into a query's filter:
//
//     type:video               a kind of file (file_kinds.h); several: one of them
//     ext:pdf  ext:pdf,epub    an extension; several: one of them
//     size:10M..  size:..4G  size:1M..2M  size:>10M  size:<=1.5G     B, K, M, G, T of 1,024
//     newer:7d                 modified within min, h, d, w, mo (30 d), y (365 d)
//     path:music               a word or more of the folders that it lies in
//     peer:library  peer:3f9a  words of the answering node's name, or its key's first hex digits
//     artist:bjork  title:joga  album:homogenic      words of what the file says of itself
//     id:3f9a                  the content id's first hex digits
#pragma once

#include <string_view>

#include "node/base/result.h"
#include "node/wire/overlay/query_filter.h"

namespace freshet::core::search {

/// Whether a field's name and a colon stand in front. Any other colon separates words.
bool is_filter(std::string_view argument);

/// Narrows `filter` by one argument. Errors: invalid, with what is wrong with the value and an
/// example. REQUIRES: is_filter(argument).
Status add_filter(std::string_view argument, wire::QueryFilter& filter);

/// "1.5G", "10MiB", "700" in bytes; nullopt for what is none, and from 2^63 on.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace freshet::core::search

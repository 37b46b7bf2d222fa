// Which kind of file an extension stands for: what `type:video` means, at every node alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/wire/overlay/query_filter.h"

namespace freshet::core::search {

/// nullopt for what is no kind's name.
std::optional<wire::FileKind> file_kind_named(std::string_view name);
/// "audio, video, image, document, archive, program", for messages.
std::string file_kind_list();

/// By the extension, folded and without the dot; nullopt for one that no kind claims.
std::optional<wire::FileKind> kind_of_extension(std::string_view extension);

/// All extensions of these kinds (FileKind bits).
std::vector<std::string> extensions_of(std::uint32_t kinds);

/// The part of a name behind its last dot, in lower case (ASCII); empty when there is none, and for
/// hidden files.
std::string extension_of(std::string_view name);

}  // namespace freshet::core::search

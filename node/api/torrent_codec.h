// The codec's part about torrents: structs to the generated messages and back.
#pragma once

#include <optional>

#include "node/api/messages.h"

#include "freshet/control/v1/control.pb.h"

namespace freshet::api {

void write(const TorrentRequest& from, control::v1::Request& to);
void write(const TorrentText& from, control::v1::Reply& to);

/// nullopt: not what it should be.
std::optional<Request> read(const control::v1::Torrent& from);
std::optional<Reply> read(const control::v1::TorrentText& from);

}  // namespace freshet::api

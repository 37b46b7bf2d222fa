// A talk with a tracker over plain HTTP (BEP 3, 23): one connection, one answer.
#pragma once

#include <cstddef>
#include <memory>

#include "node/io/asio_fwd.h"
#include "node/io/bittorrent/tracker_talk.h"
#include "node/wire/bt/http_reply.h"

namespace freshet::io {

/// A longer answer has failed.
inline constexpr std::size_t kMaxHttpTrackerAnswerBytes =
    wire::bt::kMaxAnnounceAnswerBytes + wire::bt::kMaxHttpReplyHeadBytes;

std::shared_ptr<TrackerTalk> http_tracker_talk(asio::io_context& io,
                                               TrackerQuestion question,
                                               TrackerTalk::Done done);

}  // namespace freshet::io

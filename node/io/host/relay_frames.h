// What is said on a connection of ALPN freshet-relay/1 before two nodes are joined: one overlay
// frame (node/wire/overlay) by each side at most.
//
//   asker -> third   relay_ask {target, its addresses}
//   third -> target  on their overlay link: relay_call {asker, addresses of the third}; GUID = R
//   target -> third  a new connection: relay_take, GUID = R
//                    or, where they have no link or nobody comes: the third dials the target and
//                    says relay_offer {asker}
//   third -> asker   relay_joined
//
// From there on the third copies bytes, and the two ends speak TLS (ALPN freshet-bt/1) with one
// another through it: the asker is the client. Each expects the other's key, so the third can
// neither read nor alter what passes, nor put itself in the place of either.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/io/net/kept_handlers.h"
#include "node/io/net/tls_link.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io {

/// One frame on a link that is up.
void send_relay_frame(TlsLink& link, wire::FrameType type, const Guid& request, ByteView body = {});

/// A relay connection from which one frame is awaited. `said` gets it, with the bytes that came
/// behind it, and becomes responsible for the link; `lost` is called when the link ends before, or
/// says more than a frame may have. One of the two is called, once, unless `kept` is cleared
/// before.
void await_relay_frame(
    const std::shared_ptr<TlsLink>& link,
    std::function<void(const wire::FrameHeader&, ByteView body, ByteView rest)> said,
    std::function<void()> lost,
    const std::shared_ptr<KeptHandlers>& kept);

}  // namespace freshet::io

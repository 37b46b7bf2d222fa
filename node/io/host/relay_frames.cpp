#include "node/io/host/relay_frames.h"

#include <utility>

#include "node/wire/overlay/paths.h"

namespace freshet::io {
namespace {

class Greeting final : public KeptHandler {
 public:
  Greeting(std::function<void(const wire::FrameHeader&, ByteView, ByteView)> said,
           std::function<void()> lost,
           std::shared_ptr<KeptHandlers> kept)
      : KeptHandler(std::move(kept)),
        said_(std::move(said)),
        lost_(std::move(lost)) {}
  ~Greeting() override {
    if (link_) link_->abandon();
  }
  Greeting(const Greeting&) = delete;
  Greeting& operator=(const Greeting&) = delete;
  Greeting(Greeting&&) = delete;
  Greeting& operator=(Greeting&&) = delete;

  void start(const std::shared_ptr<TlsLink>& link) {
    keep();
    link_ = link;
    link->set_handler(*this);
  }

  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_writable(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& link, ByteView bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    if (bytes_.size() < wire::kFrameHeaderBytes) return;
    const wire::FrameHeader header = wire::decode_header(bytes_.data());
    if (header.body_bytes > wire::kMaxPathBodyBytes) {
      link.abort();
      return;
    }
    const std::size_t whole = wire::kFrameHeaderBytes + header.body_bytes;
    if (bytes_.size() < whole) return;
    const auto self = let_go();
    const auto its_link = std::exchange(link_, nullptr);
    const ByteView all = bytes_;
    std::exchange(said_, nullptr)(
        header, all.subspan(wire::kFrameHeaderBytes, header.body_bytes), all.subspan(whole));
  }
  void on_link_closed(TlsLink& /*link*/, LinkEnd /*end*/) override {
    const auto self = let_go();
    const auto its_link = std::exchange(link_, nullptr);
    said_ = nullptr;
    std::exchange(lost_, nullptr)();
  }

 private:
  std::function<void(const wire::FrameHeader&, ByteView, ByteView)> said_;
  std::function<void()> lost_;
  std::shared_ptr<TlsLink> link_;
  Bytes bytes_;
};

}  // namespace

void send_relay_frame(TlsLink& link, wire::FrameType type, const Guid& request, ByteView body) {
  wire::EncodedHeader header{};
  wire::encode_header({.guid = request,
                       .type = type,
                       .ttl = 1,
                       .hops = 0,
                       .body_bytes = static_cast<std::uint32_t>(body.size())},
                      header.data());
  link.send(header, body);
}

void await_relay_frame(const std::shared_ptr<TlsLink>& link,
                       std::function<void(const wire::FrameHeader&, ByteView, ByteView)> said,
                       std::function<void()> lost,
                       const std::shared_ptr<KeptHandlers>& kept) {
  std::make_shared<Greeting>(std::move(said), std::move(lost), kept)->start(link);
}

}  // namespace freshet::io

#include "node/io/host/transfer_links.h"

#include <chrono>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "node/base/check.h"

namespace freshet::io {

namespace ct = core::transfer;
using wire::bt::StreamSplitter;

namespace {

// Blocks in a row of one content are read from disk together, up to so many bytes.
constexpr std::size_t kReadAheadBytes = std::size_t{256} << 10U;

}  // namespace

// One thing to send. A block waits for the disk; what comes behind it waits for the block.
struct TransferLinks::Outgoing {
  enum class State { ready, unread, reading, failed };
  State state = State::ready;
  Bytes bytes;  ///< the message, or the header of the block
  ContentId content;
  ct::BlockRange block;
  std::shared_ptr<const Bytes> payload;  ///< of the block: a part of what was read
  std::size_t payload_from = 0;

  [[nodiscard]] std::size_t size() const { return bytes.size() + block.length; }
  [[nodiscard]] bool waits_for_disk() const {
    return state == State::unread || state == State::reading;
  }
};

struct TransferLinks::Stream {
  LinkId id;
  std::shared_ptr<TlsLink> link;
  StreamSplitter splitter;
  std::deque<std::shared_ptr<Outgoing>> out;
  std::size_t out_bytes = 0;
  SendAhead ahead;
  std::chrono::steady_clock::time_point writable_at = std::chrono::steady_clock::now();
  bool reads_posted = false;
  bool closing = false;
};

TransferLinks::TransferLinks(asio::io_context& io,
                             Dialer& dialer,
                             PieceStore& pieces,
                             std::uint32_t& next_link,
                             Deliver deliver)
    : io_(io),
      dialer_(dialer),
      pieces_(pieces),
      next_link_(next_link),
      deliver_(std::move(deliver)) {}

TransferLinks::~TransferLinks() = default;

TransferLinks::Stream* TransferLinks::find(LinkId id) {
  const auto found = streams_.find(id.value);
  return found == streams_.end() ? nullptr : found->second.get();
}

// Less than the buffer of the link takes: what was promised before it shrank still fits.
std::uint32_t TransferLinks::room_of(const Stream& stream) {
  const std::size_t waits = kBufferBytes - stream.link->room() + stream.out_bytes;
  const std::size_t ahead = stream.ahead.bytes();
  return static_cast<std::uint32_t>(ahead > waits ? ahead - waits : 0);
}

// How long the disk takes says nothing of the link.
void TransferLinks::pace(Stream& stream) {
  const auto now = std::chrono::steady_clock::now();
  const auto before = std::exchange(stream.writable_at, now);
  if (!stream.out.empty() && stream.out.front()->waits_for_disk()) return;
  if (stream.ahead.half_went(now - before)) stream.link->set_ahead_bytes(stream.ahead.bytes());
}

void TransferLinks::adopt(const std::shared_ptr<TlsLink>& link,
                          ct::Direction direction,
                          std::optional<DialId> dial,
                          bool relayed) {
  auto stream = std::make_shared<Stream>();
  stream->id = LinkId{next_link_++};
  stream->link = link;
  link->set_buffer_bytes(kBufferBytes);
  link->set_ahead_bytes(stream->ahead.bytes());
  link->set_handler(*this);
  streams_[stream->id.value] = stream;
  ids_[link.get()] = stream->id;
  deliver_(ct::LinkUp{.link = stream->id,
                      .peer = link->peer(),
                      .direction = direction,
                      .dial = dial,
                      .room_bytes = room_of(*stream),
                      .relayed = relayed});
}

void TransferLinks::dial(const ct::Dial& dial) {
  dialer_.dial(dial.endpoints,
               Protocol::transfer,
               dial.expected,
               [this, id = dial.dial](Result<std::shared_ptr<TlsLink>> link) {
                 if (link) {
                   adopt(*link, ct::Direction::out, id);
                 } else {
                   deliver_(ct::DialFailed{.dial = id});
                 }
               });
}

void TransferLinks::on_link_data(TlsLink& link, ByteView bytes) {
  const auto found = ids_.find(&link);
  if (found == ids_.end()) return;
  feed(streams_.at(found->second.value), bytes);
}

void TransferLinks::feed(const std::shared_ptr<Stream>& stream, ByteView bytes) {
  stream->splitter.feed(bytes);
  while (!stream->closing) {
    const StreamSplitter::Item item = stream->splitter.next();
    switch (item.kind) {
      case StreamSplitter::Kind::more:
        return;
      case StreamSplitter::Kind::handshake:
        deliver_(ct::HandshakeArrived{.link = stream->id, .bytes = item.bytes});
        break;
      case StreamSplitter::Kind::message:
        deliver_(ct::MessageArrived{.link = stream->id, .bytes = item.bytes});
        break;
      case StreamSplitter::Kind::piece:
        parked_ = item.bytes;
        parked_from_ = stream->id;
        deliver_(ct::BlockArrived{.link = stream->id, .block = item.block});
        parked_ = {};
        break;
      case StreamSplitter::Kind::broken:
        deliver_(ct::StreamBroken{.link = stream->id});
        return;
    }
  }
}

void TransferLinks::keep_block(const ct::KeepBlock& keep) {
  FRESHET_CHECK(parked_from_ == keep.link && parked_.size() == keep.block.length);
  pieces_.keep(keep, parked_);
}

void TransferLinks::on_link_writable(TlsLink& link) {
  const auto found = ids_.find(&link);
  if (found == ids_.end()) return;
  const std::shared_ptr<Stream> stream = streams_.at(found->second.value);
  pace(*stream);
  flush(*stream);
  deliver_(ct::Writable{.link = stream->id, .room_bytes = room_of(*stream)});
}

void TransferLinks::on_link_closed(TlsLink& link, LinkEnd end) {
  const auto found = ids_.find(&link);
  if (found == ids_.end()) return;
  if (end == LinkEnd::protocol) ++altered_;
  const LinkId id = found->second;
  ids_.erase(found);
  const auto node = streams_.extract(id.value);  // keeps the link alive until this returns
  node.mapped()->closing = true;
  deliver_(ct::LinkDown{.link = id});
}

void TransferLinks::close(const ct::Close& close) {
  Stream* stream = find(close.link);
  if (stream == nullptr || stream->closing) return;
  stream->closing = true;
  flush(*stream);
  stream->link->close();
}

void TransferLinks::send(ct::Send& send) {
  Stream* stream = find(send.link);
  if (stream == nullptr || stream->closing) return;
  auto out = std::make_shared<Outgoing>();
  out->bytes = std::move(send.bytes);
  stream->out_bytes += out->size();
  stream->out.push_back(std::move(out));
  flush(*stream);
}

void TransferLinks::send_block(const ct::SendBlock& send) {
  const auto found = streams_.find(send.link.value);
  if (found == streams_.end() || found->second->closing) return;
  const std::shared_ptr<Stream>& stream = found->second;
  auto out = std::make_shared<Outgoing>();
  out->state = Outgoing::State::unread;
  const auto header = wire::bt::piece_header(send.block);
  out->bytes.assign(header.begin(), header.end());
  out->content = send.content;
  out->block = send.block;
  stream->out_bytes += out->size();
  stream->out.push_back(std::move(out));
  if (stream->reads_posted) return;
  stream->reads_posted = true;  // once for all blocks that this turn of the loop asks for
  asio::post(io_, [this, stream] {
    stream->reads_posted = false;
    if (!stream->closing) read_blocks(stream);
  });
}

void TransferLinks::read_blocks(const std::shared_ptr<Stream>& stream) {
  auto next = stream->out.begin();
  while (true) {
    while (next != stream->out.end() && (*next)->state != Outgoing::State::unread) ++next;
    if (next == stream->out.end()) return;
    // A run of blocks, each beginning where the one before it ends.
    std::vector<std::shared_ptr<Outgoing>> run;
    const Outgoing& first = **next;
    const std::uint64_t offset =
        std::uint64_t{first.block.piece} * pieces_.piece_length(first.content) + first.block.begin;
    std::uint64_t end = offset;
    for (; next != stream->out.end() && (*next)->state == Outgoing::State::unread; ++next) {
      const Outgoing& block = **next;
      const std::uint64_t at =
          std::uint64_t{block.block.piece} * pieces_.piece_length(block.content)
          + block.block.begin;
      if (block.content != first.content || at != end
          || end + block.block.length - offset > kReadAheadBytes)
        break;
      end += block.block.length;
      (*next)->state = Outgoing::State::reading;
      run.push_back(*next);
    }
    FRESHET_CHECK(!run.empty());
    const ContentId content = first.content;
    pieces_.read(
        content, offset, end - offset, [this, stream, run = std::move(run)](Result<Bytes> read) {
          std::shared_ptr<const Bytes> payload;
          if (read) payload = std::make_shared<const Bytes>(std::move(*read));
          std::size_t from = 0;
          for (const auto& out : run) {
            out->state = payload ? Outgoing::State::ready : Outgoing::State::failed;
            out->payload = payload;
            out->payload_from = from;
            from += out->block.length;
          }
          if (stream->closing) return;
          flush(*stream);
          if (payload) return;
          for (const auto& out : run)
            deliver_(ct::ReadFailed{.link = stream->id, .block = out->block});
        });
  }
}

// What could not be read took room that no sent byte will give back.
void TransferLinks::tell_room_soon(LinkId id) {
  asio::post(io_, [this, id] {
    const Stream* stream = find(id);
    if (stream != nullptr && !stream->closing)
      deliver_(ct::Writable{.link = id, .room_bytes = room_of(*stream)});
  });
}

void TransferLinks::flush(Stream& stream) {
  while (!stream.out.empty()) {
    const Outgoing& front = *stream.out.front();
    if (front.waits_for_disk()) return;
    if (front.state == Outgoing::State::ready) {
      if (front.size() > stream.link->room()) return;
      const ByteView payload =
          front.payload ? ByteView(*front.payload).subspan(front.payload_from, front.block.length)
                        : ByteView();
      stream.link->send(front.bytes, payload);
    } else {
      tell_room_soon(stream.id);
    }
    stream.out_bytes -= front.size();
    stream.out.pop_front();
  }
}

void TransferLinks::abort(LinkId link) {
  if (const Stream* stream = find(link)) stream->link->abort();
}

void TransferLinks::abort(const NodeKey& peer) {
  std::vector<std::shared_ptr<TlsLink>> links;
  for (const auto& [id, stream] : streams_) {
    if (stream->link->peer() == peer) links.push_back(stream->link);
  }
  for (const auto& link : links) link->abort();
}

void TransferLinks::abort_all() {
  for (const auto& [id, stream] : streams_) stream->link->abort();
}

}  // namespace freshet::io

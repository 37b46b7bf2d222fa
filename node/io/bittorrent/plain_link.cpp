#include "node/io/bittorrent/plain_link.h"

#include <algorithm>
#include <utility>

#include <asio/buffer.hpp>

namespace freshet::io {
namespace {

constexpr std::chrono::seconds kStalled{60};

}  // namespace

PlainLink::PlainLink(Id id,
                     TcpSocket socket,
                     const Endpoint& remote,
                     core::bittorrent::SeedLink seed,
                     const PlainParts& parts,
                     UploadTurns& turns,
                     Owner owner)
    : id_(id),
      socket_(std::move(socket.socket)),
      remote_(remote),
      seed_(std::move(seed)),
      parts_(parts),
      turns_(turns),
      owner_(std::move(owner)),
      took_at_(parts.now()) {
  asio::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void PlainLink::start(ByteView first) {
  turn_ = turns_.join([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->work();
  });
  if (!first.empty()) take_in(first);
  work();
}

void PlainLink::take_in(ByteView bytes) {
  if (!seed_.is_shaken()) opening_.insert(opening_.end(), bytes.begin(), bytes.end());
  seed_.on_bytes(bytes, parts_.now());
  if (seed_.is_shaken()) opening_ = {};
}

void PlainLink::set_choked(bool choked) {
  seed_.set_choked(choked);
  work();
}

void PlainLink::tell_peers(const std::vector<wire::bt::AnnouncedPeer>& peers) {
  seed_.tell_peers(peers);
  work();
}

void PlainLink::on_time(TimePoint now) {
  if (writing_.empty()) took_at_ = now;
  seed_.on_time(now);
  if (now - took_at_ >= kStalled) {
    if (!closed_) owner_.stalled();
    close();
  } else {
    work();
  }
}

// Everything that is due after anything happened.
void PlainLink::work() {
  if (closed_) return;
  if (const auto name = seed_.unknown()) {
    hand_over(*name);
    return;
  }
  while (const auto request = seed_.next_hash_request()) read_hashes(*request);
  read_blocks();
  const Bytes out = seed_.take_output();
  waiting_.insert(waiting_.end(), out.begin(), out.end());
  write();
  if (closed_) return;
  if (seed_.over() && writing_.empty()) {
    close();
    return;
  }
  listen();
  owner_.changed(*this);
}

// Somebody else here may know the torrent.
void PlainLink::hand_over(const InfoHash& name) {
  closed_ = true;
  turns_.leave(*turn_);
  owner_.unknown(name, {std::move(socket_)}, remote_, opening_);
  owner_.closed(*this);
}

void PlainLink::read_blocks() {
  while (seed_.has_read(unsent()) && turns_.may_send()) {
    const auto block = seed_.next_read(unsent());
    turns_.sends(block->length);
    read_block(*block);
  }
}

void PlainLink::read_block(const wire::bt::BlockRange& block) {
  const auto& torrent = *seed_.torrent();
  const std::uint64_t offset = std::uint64_t{block.piece} * torrent.info.piece_length + block.begin;
  // Behind the end there are zeros (core::bittorrent::Torrent::piece_bytes).
  const std::uint64_t left = torrent.stream_bytes - std::min(torrent.stream_bytes, offset);
  const auto there = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, block.length));
  if (there == 0) {
    const Bytes zeros(block.length);
    seed_.on_block(block, ByteView(zeros));
    return;
  }
  parts_.read(
      torrent, offset, there, [self = shared_from_this(), block](std::optional<Bytes> bytes) {
        if (self->closed_) return;
        if (bytes) bytes->resize(block.length);
        self->seed_.on_block(block, bytes ? std::optional<ByteView>(*bytes) : std::nullopt);
        self->work();
      });
}

void PlainLink::read_hashes(const wire::bt::HashRequest& request) {
  parts_.read_hashes(
      ContentId::from(request.root.view()),
      request,
      [self = shared_from_this(), request](std::optional<std::vector<Sha256>> hashes) {
        if (self->closed_) return;
        self->seed_.on_hashes(request, std::move(hashes));
        self->work();
      });
}

void PlainLink::listen() {
  if (listening_ || seed_.over() || unsent() >= kMaxUnsentBytes) return;
  listening_ = true;
  socket_.async_read_some(
      asio::buffer(in_),
      [self = shared_from_this()](const asio::error_code& failed, std::size_t count) {
        self->listening_ = false;
        if (self->closed_) return;
        if (failed) {
          self->close();
          return;
        }
        self->take_in(ByteView(self->in_).first(count));
        self->work();
      });
}

void PlainLink::write() {
  if (!writing_.empty() || waiting_.empty()) return;
  writing_.swap(waiting_);
  written_ = 0;
  on_written(0);
}

void PlainLink::on_written(std::size_t count) {
  written_ += count;
  if (written_ == writing_.size()) {
    writing_.clear();
    written_ = 0;
    return;
  }
  socket_.async_write_some(
      asio::buffer(writing_.data() + written_, writing_.size() - written_),
      [self = shared_from_this()](const asio::error_code& failed, std::size_t done) {
        if (self->closed_) return;
        if (failed) {
          self->close();
          return;
        }
        self->took_at_ = self->parts_.now();
        self->on_written(done);
        self->work();
      });
}

void PlainLink::close() {
  if (std::exchange(closed_, true)) return;
  asio::error_code ignored;
  socket_.close(ignored);
  if (turn_) turns_.leave(*turn_);
  owner_.closed(*this);
}

}  // namespace freshet::io

#include "node/api/torrent_codec.h"

#include "node/api/id_codec.h"

namespace freshet::api {

namespace pb = freshet::control::v1;

void write(const TorrentRequest& from, pb::Request& to) {
  to.mutable_torrent()->set_what(from.what);
  to.mutable_torrent()->set_kind(static_cast<std::uint32_t>(from.kind));
}

std::optional<Request> read(const pb::Torrent& from) {
  const bool is_kind = from.kind() <= static_cast<std::uint32_t>(wire::bt::TorrentKind::hybrid);
  if (from.what().empty() || from.what().size() > kMaxWordBytes || !is_kind) return std::nullopt;
  return Request(
      TorrentRequest{.what = from.what(), .kind = static_cast<wire::bt::TorrentKind>(from.kind())});
}

void write(const TorrentText& from, pb::Reply& to) {
  pb::TorrentText& text = *to.mutable_torrent_text();
  text.set_id(std::string(text_of(from.id.view())));
  text.set_name(from.name);
  text.set_size_bytes(from.size_bytes);
  if (from.v1) text.set_v1(std::string(text_of(from.v1->view())));
  if (from.v2) text.set_v2(std::string(text_of(from.v2->view())));
  text.set_file(std::string(text_of(from.file)));
  text.set_magnet(from.magnet);
  for (const std::string& tracker : from.trackers) text.add_trackers(tracker);
}

std::optional<Reply> read(const pb::TorrentText& from) {
  TorrentText text{.id = {},
                   .name = from.name(),
                   .size_bytes = from.size_bytes(),
                   .v1 = std::nullopt,
                   .v2 = std::nullopt,
                   .file = Bytes(from.file().begin(), from.file().end()),
                   .magnet = from.magnet(),
                   .trackers = {from.trackers().begin(), from.trackers().end()}};
  if (from.id().size() != ContentId::kSize || !read_optional_id(from.v1(), text.v1)
      || !read_optional_id(from.v2(), text.v2)) {
    return std::nullopt;
  }
  text.id = ContentId::from(bytes_of(from.id()));
  return text;
}

}  // namespace freshet::api

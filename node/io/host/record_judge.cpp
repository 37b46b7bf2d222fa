#include "node/io/host/record_judge.h"

#include <algorithm>
#include <utility>

#include "node/store/signer.h"
#include "node/store/torrent_pieces.h"
#include "node/wire/overlay/publication.h"

namespace freshet::io {
namespace {

using wire::bt::TorrentInfo;

static_assert(wire::kMaxPublicationBytes >= wire::bt::kMaxInfoBytes + 512);

RecordVerdict verdict_of(const Result<bool>& is_same) {
  if (!is_same) return RecordVerdict::unreadable;
  return *is_same ? RecordVerdict::good : RecordVerdict::wrong_pieces;
}

RecordVerdict judge_file(const TorrentInfo& info,
                         const SharedContent& shared,
                         const std::stop_token& stop) {
  const bool is_of_it = info.files.empty() && info.size_bytes == shared.info.size_bytes
                        && (!info.root || *info.root == shared.info.id);
  if (!is_of_it) return RecordVerdict::other_content;
  if (!wire::bt::has_v1(info.kind)) return RecordVerdict::good;
  for (const store::FileRef& file : shared.files) {
    const auto is_same = store::has_torrent_pieces(file, info.piece_length, info.pieces, stop);
    if (is_same) return verdict_of(is_same);
  }
  return RecordVerdict::unreadable;
}

bool has_files(const TorrentInfo& info, const wire::bt::FolderList& list) {
  const bool has_roots = wire::bt::has_v2(info.kind);
  return std::equal(info.files.begin(),
                    info.files.end(),
                    list.files.begin(),
                    list.files.end(),
                    [has_roots](const wire::bt::TreeFile& a, const wire::bt::TreeFile& b) {
                      return a.path == b.path && a.size_bytes == b.size_bytes
                             && (!has_roots || a.content == b.content);
                    });
}

RecordVerdict judge_folder(const TorrentInfo& info,
                           const FoundFolder& folder,
                           const std::stop_token& stop) {
  if (!has_files(info, folder.files.list)) return RecordVerdict::other_content;
  if (!wire::bt::has_v1(info.kind)) return RecordVerdict::good;
  const auto pieces =
      store::torrent_pieces(folder.files.all(info.alignment()), info.piece_length, stop);
  if (!pieces) return RecordVerdict::unreadable;
  return verdict_of(*pieces == info.pieces);
}

}  // namespace

OpenedRecord open_record(ByteView bytes, const AskedTorrent& asked) {
  OpenedRecord opened;
  const auto read = wire::decode_signed_publication(bytes);
  if (!read) return opened;
  const wire::Publication& record = read->record;
  opened.publisher = record.publisher;
  const auto is_signed = [&] {
    return store::is_signed_by(
        record.publisher, kPublicationLabel, read->record_bytes, read->signature);
  };
  if (record.info_hash != asked.name || record.content != asked.content) {
    opened.verdict = RecordVerdict::wrong_name;
  } else if (!is_signed()) {
    opened.verdict = RecordVerdict::forged;
  } else if (auto info = wire::bt::parse_info(record.info)) {
    const auto names = wire::bt::names_of(info->kind, record.info);
    const bool is_called_so = names.one() == asked.name;
    opened.verdict = is_called_so ? RecordVerdict::good : RecordVerdict::wrong_name;
    opened.torrent = {.content = asked.content,
                      .info = std::move(*info),
                      .encoded_info = Bytes(record.info.begin(), record.info.end())};
  }
  return opened;
}

RecordVerdict judge_torrent(const store::Published& torrent,
                            const JudgedBy& content,
                            const std::stop_token& stop) {
  if (const auto* file = std::get_if<SharedContent>(&content))
    return judge_file(torrent.info, *file, stop);
  return judge_folder(torrent.info, std::get<FoundFolder>(content), stop);
}

}  // namespace freshet::io

// The catalogue's table of what contents say of themselves.
#include "node/store/catalogue.h"
#include "node/store/catalogue_state.h"

namespace freshet::store {

Status Catalogue::for_each_metadata(const std::function<Status(const KnownMetadata&)>& visit) {
  auto statement = state_->use(kAllMetadata);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  while (true) {
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return kOk;
    const auto content = content_id_in(**statement, 0);
    auto metadata = wire::decode_file_metadata((*statement)->blob(1));
    if (!content || !metadata) continue;
    if (auto visited = visit({*content, std::move(*metadata)}); !visited) return visited;
  }
}

Status Catalogue::record_metadata(std::span<const KnownMetadata> known) {
  auto transaction = Transaction::begin(state_->database);
  if (!transaction) return transaction.error();
  for (const KnownMetadata& one : known) {
    auto statement = state_->use(kKeepMetadata);
    if (!statement) return statement.error();
    const Bytes body = wire::encode(one.metadata);
    (*statement)->bind(1, one.content.view()).bind(2, body);
    if (auto done = (*statement)->run(); !done) return done;
  }
  return transaction->commit();
}

Status Catalogue::forget_unused_metadata() {
  return state_->run(kDropUnusedMetadata);
}

}  // namespace freshet::store

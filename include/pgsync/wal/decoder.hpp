#pragma once

#include <utility>
#include <variant>

#include <pgsync/postgres/version.hpp>
#include <pgsync/wal/copy_both.hpp>
#include <pgsync/wal/pgoutput.hpp>
#include <pgsync/wal/test_decoding.hpp>

namespace pgsync::postgres {

/// Decodes the messages of the output plugin that a server of the given version is read with.
class decoder {
  public:
    /// `find` is called where the plugin does not describe tables itself; see test_decoding_decoder.
    decoder(int server_version, test_decoding_decoder::find_table find) {
        if (!has_publications(server_version)) used_.emplace<test_decoding_decoder>(std::move(find));
    }

    /// Calls `on_event(const event&)` for each event in the message, in order.
    template <typename OnEvent>
    void decode(const xlog_data& data, OnEvent&& on_event) {
        if (auto* text = std::get_if<test_decoding_decoder>(&used_)) {
            text->decode(data, on_event);
        } else {
            on_event(std::get<pgoutput_decoder>(used_).decode(data.message));
        }
    }

  private:
    std::variant<pgoutput_decoder, test_decoding_decoder> used_;
};

}  // namespace pgsync::postgres

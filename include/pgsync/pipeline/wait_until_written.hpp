#pragma once

#include <chrono>

#include <pgsync/queue/receipt.hpp>
#include <pgsync/sink/document_sink.hpp>

namespace pgsync::pipeline {

/// Waits until the sink has made everything durable that the receipt stands for. Throws what made a bulk fail
/// for good, and calls `go_on()` meanwhile, which may throw.
template <sink::document_sink Sink, typename GoOn>
void wait_until_written(queue::receipt& written, Sink& sink, const GoOn& go_on) {
    while (written.wait(std::chrono::milliseconds(100)) == queue::receipt::state::open) {
        sink.rethrow_failure();
        go_on();
    }
}

}  // namespace pgsync::pipeline

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <pgsync/base/linkage.hpp>
#include <pgsync/base/options.hpp>
#include <pgsync/base/report.hpp>
#include <pgsync/base/stop_request.hpp>
#include <pgsync/commands/dead_letters_options.hpp>
#include <pgsync/commands/explain/explain_parts.hpp>
#include <pgsync/commands/refresh_options.hpp>
#include <pgsync/commands/verify/verify_options.hpp>
#include <pgsync/compiled/compiled.hpp>

namespace pgsync {

namespace metrics {
enum class phase : std::uint8_t;
}

namespace app {

class record;
struct start_wait;

/// The commands of some indices as functions. Each throws pgsync::error where the program would end with a
/// message, and returns what it would tell. What changes something goes on by itself when a server that
/// answered once goes away and comes back; bootstrap() and sync() also wait for one that is away when they
/// begin, see options::connect_timeout.
class basic_engine {
  public:
    /// `indices` must outlive it. With `metrics` these are served from here on.
    basic_engine(options setting, std::span<const compiled_index> indices);

    /// Makes and fills what is missing. With `dry_run` it prints to `out`, else to the standard output, what
    /// it would do.
    report bootstrap(std::ostream& out) const;
    /// The same, to the standard output.
    report bootstrap() const;
    /// Follows the database; returns after stop(), or with `once` when caught up.
    report sync() const;
    /// Lets readers have indices of a changed shape, or of an earlier one again; see app::swap(). Asks at the
    /// terminal, and throws errc::configuration where there is none, unless options::yes is set.
    report swap() const;
    /// Removes slot, publication and indices. Asks as swap() does.
    report teardown() const;
    /// How far everything is: in order where every index is loaded and followed.
    [[nodiscard]] report status() const;
    /// Everything that is not as it should be, each with what to do: in order where there is nothing but
    /// advice.
    [[nodiscard]] report doctor() const;
    /// What became of the shapes: SQL, mapping, routes, plans, a picture.
    [[nodiscard]] report explain(const explain_parts& parts) const;
    /// Compares every document with the database, while changes go on; see verify_options.
    [[nodiscard]] report verify(const verify_options& how = {}) const;
    /// Reads some documents again and writes them.
    [[nodiscard]] report refresh(const refresh_options& how) const;
    /// Lists what the cluster refused, tries it again, or drops it.
    [[nodiscard]] report dead_letters(const dead_letters_options& how = {}) const;

    /// Ends what runs: sync() finishes what is in flight and returns, also from a load or while it waits for
    /// a server, which the next start goes on with. It throws errc::interrupted where what was in flight was
    /// not acknowledged in time, or with `once`; anything else always does. For good; from any thread, and
    /// from a signal handler.
    void stop() const noexcept { stop_.make(); }
    /// What stop() sets: a signal handler can, too.
    [[nodiscard]] const stop_request& stopping() const noexcept { return stop_; }
    /// What this engine counts of itself; see <pgsync/metrics.hpp>.
    [[nodiscard]] const std::shared_ptr<pgsync::metrics::registry>& counts() const noexcept {
        return setting_.counts;
    }

  private:
    template <typename Body>
    void work(record& done, const Body& body, metrics::phase then, const start_wait& first,
              metrics::phase* reached = nullptr) const;

    options setting_;
    std::span<const compiled_index> indices_;
    stop_request stop_;
};

}  // namespace app

namespace detail {

template <typename... Indices>
constexpr bool names_differ() {
    const std::array<std::string_view, sizeof...(Indices)> names{compiled<Indices>.name...};
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (names[i] == names[j]) return false;
        }
    }
    return true;
}

template <typename... Indices>
constexpr std::array<compiled_index, sizeof...(Indices)> compile_all() {
    static_assert(sizeof...(Indices) > 0,
                  "pgsync: name at least one index: pgsync::run<reservations>(argc, argv)");
    (void)check::index_names_are_unique<names_differ<Indices...>(), Indices...>{};
    return {compiled<Indices>...};
}

/// What the compiler made of the indices of one program.
template <typename... Indices>
inline constexpr std::array<compiled_index, sizeof...(Indices)> compiled_together = compile_all<Indices...>();

}  // namespace detail

using app::dead_letters_action;
using app::dead_letters_options;
using app::on_rejected;
using app::options;
using app::refresh_options;
using app::report;
using app::verify_options;

/// For programs with a `main` of their own: `pgsync::engine<reservations> engine(setting);`, then
/// engine.bootstrap(), engine.sync() in a thread, and engine.stop() from another. All indices share one slot.
/// Log lines go to spdlog's default logger.
template <typename... Indices>
class engine : public app::basic_engine {
  public:
    /// Nothing is connected to until a command is called.
    explicit engine(options setting = {})
        : basic_engine(std::move(setting), detail::compiled_together<Indices...>) {}
};

}  // namespace pgsync

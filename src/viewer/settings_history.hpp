#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "settings/settings.hpp"

namespace scorefield::viewer {

/// The values of all controls: of what is shown, and of the next training.
struct ControlValues {
    settings::Settings shown;
    settings::Settings plan;
};

/// The values that the controls had, for undo and redo. Values are compared by the table of settings.
class SettingsHistory {
  public:
    /// Earlier steps than these are forgotten.
    static constexpr std::size_t kMost = 100;

    /// The controls have these values. Other values than before are a new step, which forgets those that could be
    /// redone; with `held` they are not yet one, because the user still drags a control. The first values are the
    /// beginning.
    void note(const settings::Settings& shown, const settings::Settings& plan, bool held = false);
    /// As note, for values that the viewer has changed by itself, e.g. back to those of the run that is shown: they
    /// take the place of the last step. While a control is held, they become a part of its step.
    void amend(const settings::Settings& shown, const settings::Settings& plan);

    /// The values of the step before, or of the step that was undone last; none if there is no such step.
    std::optional<ControlValues> undo();
    std::optional<ControlValues> redo();
    bool begun() const { return current_.has_value(); }
    std::size_t steps() const { return past_.size(); }

  private:
    using Steps = std::deque<ControlValues>;

    std::optional<ControlValues> turn(Steps& from, Steps& to);

    std::optional<ControlValues> current_;
    Steps past_;            ///< the latest last
    bool is_held_ = false;  ///< a change waits until its control is let go
    Steps future_;          ///< the next one to redo last
};

/// Which settings differ, for a message: `steps 50 → 20, sampler ddim → ddpm`; beyond three their number.
std::string differences_text(const ControlValues& before, const ControlValues& after);

}  // namespace scorefield::viewer

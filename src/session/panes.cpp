#include "session/panes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace scorefield::session {
namespace {

/// Noise relative to the signal; infinite without any signal, 0 for a result.
double noise_of(const RunState& state) {
    if (state.is_result) return 0;
    return state.alpha > 0 ? state.sigma / state.alpha : std::numeric_limits<double>::infinity();
}

bool noise_falls(std::span<const RunState> run) {
    const auto stays = [](const RunState& a, const RunState& b) { return !(noise_of(b) < noise_of(a)); };
    return std::ranges::adjacent_find(run, stays) == run.end();
}

bool is_same(VkExtent2D a, VkExtent2D b) {
    return a.width == b.width && a.height == b.height;
}

/// The state of `scene` that stands beside `shown`, a state of the leader's run. Those of a branch and its trunk
/// correspond by number: where the noise does not fall, not by level.
int state_of(const Scene& scene, const Player& leader, const RunState& shown) {
    const Player& player = scene.player();
    const int state = state_beside(shown, leader.run_states(), player.run_states());
    const std::optional<int> shared = sample::last_shared_state(leader.spec(), player.spec());
    if (!shared) return state;
    return shown.number <= *shared ? shown.number : std::max(state, *shared);
}

/// What the leader shows next; null where that is not known.
const RunState* next_shown(const Player& leader) {
    const std::optional<int> next = leader.next_state();
    return next ? &leader.run_states().at(static_cast<std::size_t>(*next)) : nullptr;
}

}  // namespace

std::vector<VkRect2D> pane_places(VkExtent2D picture, std::size_t count) {
    const auto size = [](std::uint32_t whole, std::uint32_t parts) {
        const std::uint32_t gaps = kPaneGap * (parts - 1);
        return whole > gaps + parts ? (whole - gaps) / parts : 1;
    };
    const auto panes = static_cast<std::uint32_t>(count);
    std::uint32_t columns = 1;
    std::uint32_t best = 0;
    for (std::uint32_t tried = 1; tried <= panes; ++tried) {
        const std::uint32_t rows = (panes + tried - 1) / tried;
        const std::uint32_t side = std::min(size(picture.width, tried), size(picture.height, rows));
        if (side > best) {
            best = side;
            columns = tried;
        }
    }
    const std::uint32_t rows = (panes + columns - 1) / columns;
    const VkExtent2D pane = {size(picture.width, columns), size(picture.height, rows)};
    std::vector<VkRect2D> places;
    places.reserve(count);
    for (std::uint32_t i = 0; i < panes; ++i) {
        const auto left = static_cast<std::int32_t>(i % columns * (pane.width + kPaneGap));
        const auto top = static_cast<std::int32_t>(i / columns * (pane.height + kPaneGap));
        places.push_back({{left, top}, pane});
    }
    return places;
}

int state_beside(const RunState& shown, std::span<const RunState> shown_run, std::span<const RunState> run) {
    const int last = static_cast<int>(run.size()) - 1;
    const int shown_last = static_cast<int>(shown_run.size()) - 1;
    if (shown.number >= shown_last) return last;
    if (noise_falls(run) && noise_falls(shown_run)) {
        constexpr double kRounding = 1e-9;
        const double noise = noise_of(shown) * (1 - kRounding);
        int state = 0;
        while (state + 1 < last && noise_of(run[static_cast<std::size_t>(state) + 1]) >= noise) ++state;
        return state;
    }
    return static_cast<int>(static_cast<std::int64_t>(shown.number) * last / shown_last);
}

render::Picture join_pictures(const std::vector<render::Picture>& pictures, const std::vector<VkRect2D>& places,
                              VkExtent2D extent, std::uint32_t scale, render::Background background) {
    render::Picture whole =
        render::blank_picture(extent.width * scale, extent.height * scale, render::palette_of(background).gap);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const VkOffset2D offset = places.at(i).offset;
        render::paste(whole, pictures[i], static_cast<std::uint32_t>(offset.x) * scale,
                      static_cast<std::uint32_t>(offset.y) * scale);
    }
    return whole;
}

PaneTargets Panes::make_targets(gpu::Device& device, const render::PictureForm& form, std::size_t count) {
    PaneTargets targets;
    targets.extent = form.extent;
    for (const VkRect2D& place : pane_places(form.extent, count)) {
        targets.panes.push_back(render::Renderer::make_targets(device, {place.extent, form.format}));
    }
    if (count > 1) {
        targets.whole = gpu::Image(device, "panes", form.format, form.extent,
                                   VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    }
    return targets;
}

void Panes::take(Scene& first, PaneTargets targets) {
    if (targets.panes.size() != count()) throw std::logic_error("Panes::take: as many targets as panes are needed");
    first.take(std::move(targets.panes[0]));
    for (std::size_t i = 0; i < others_.size(); ++i) others_[i]->take(std::move(targets.panes[i + 1]));
    places_ = pane_places(targets.extent, count());
    extent_ = targets.extent;
    whole_ = std::move(targets.whole);
    gaps_.reset();
}

bool Panes::fits(const Scene& first) const {
    if (!whole_) return others_.empty();
    if (places_.size() != count() || !is_same(first.extent(), places_[0].extent)) return false;
    const auto is_fit = [&](const auto& scene) { return is_same(scene->extent(), places_[0].extent); };
    return std::ranges::all_of(others_, is_fit);
}

void Panes::follow(Scene& first) {
    const Player& leader = first.player();
    const bool noising = leader.playback().noising();
    if (!others_.empty()) first.update_camera();
    for (const std::unique_ptr<Scene>& scene : others_) {
        RunState shown = leader.run_states().at(static_cast<std::size_t>(leader.playback().state()));
        if (leader.shows_results()) shown = leader.run_states().back();
        scene->player().playback().stop_at(state_of(*scene, leader, shown), noising && scene->has_forward_process());
        scene->see_beside(first);
    }
}

double Panes::advance(gpu::Recorder& recorder, double operations) {
    double done = 0;
    for (const std::unique_ptr<Scene>& scene : others_) {
        // Each may go on by a little even where nothing is left, or one that needs much would keep the others waiting.
        if (!scene->player().up_to_date()) done += scene->advance(recorder, std::max(operations - done, 1.0));
    }
    return done;
}

double Panes::work_ahead(gpu::Recorder& recorder, Scene& first, double operations) {
    const RunState* const shown = next_shown(first.player());
    if (shown == nullptr) return 0;
    double done = first.work_ahead(recorder, operations, shown->number);
    for (const std::unique_ptr<Scene>& scene : others_) {
        done += scene->work_ahead(recorder, operations - done, state_of(*scene, first.player(), *shown));
    }
    return done;
}

bool Panes::works_ahead(const Scene& first) const {
    const RunState* const shown = next_shown(first.player());
    if (shown == nullptr) return false;
    if (first.player().works_ahead(shown->number)) return true;
    return std::ranges::any_of(others_, [&](const auto& scene) {
        return scene->player().works_ahead(state_of(*scene, first.player(), *shown));
    });
}

bool Panes::up_to_date() const {
    return std::ranges::all_of(others_, [](const auto& scene) { return scene->player().up_to_date(); });
}

double Panes::operations_per_step(const Scene& first) const {
    double operations = 0;
    for (const std::unique_ptr<Scene>& scene : others_) {
        const Player& player = scene->player();
        operations += player.operations_per_step() * player.program().steps / first.player().program().steps;
    }
    return operations;
}

/// The scenes that stand at places_, in this order; null for one whose target is of another size.
std::vector<Scene*> Panes::with_targets(Scene& first) const {
    std::vector<Scene*> scenes(places_.size(), nullptr);
    for (std::size_t i = 0; i < places_.size() && i < count(); ++i) {
        Scene* const scene = i == 0 ? &first : others_[i - 1].get();
        if (is_same(scene->extent(), places_[i].extent)) scenes[i] = scene;
    }
    return scenes;
}

PanesDrawn Panes::draw(gpu::Recorder& recorder, Scene& first, const render::ViewSpec& view,
                       std::span<const render::Extras> extras, std::size_t most) {
    const auto extras_of = [&](std::size_t pane) { return pane < extras.size() ? extras[pane] : render::Extras(); };
    waiting_ = 0;
    if (!whole_) {
        const bool is_new = first.draw(recorder, view, extras_of(0));
        return {is_new, is_new};
    }
    const std::vector<Scene*> scenes = with_targets(first);
    const Sight sight = {view, first.camera_of(view)};
    // Time may pass between the panes of a state, but not between what a user does and its picture.
    const bool at_once = gaps_ != view.look.background || !std::ranges::equal(scenes, composed_) || sight_ != sight;
    sight_ = sight;
    fresh_.resize(scenes.size(), false);
    std::size_t drawn = 0;
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        if (scenes[i] == nullptr) continue;
        if (!at_once && drawn >= most) {
            if (!scenes[i]->shows(view, extras_of(i))) ++waiting_;
        } else if (scenes[i]->draw(recorder, view, extras_of(i))) {
            fresh_[i] = true;
            ++drawn;
        }
        const bool is_shown = gaps_ == view.look.background && i < composed_.size() && composed_[i] == scenes[i];
        if (!is_shown) fresh_[i] = true;
    }
    const bool shown = waiting_ == 0 && std::ranges::find(fresh_, true) != fresh_.end();
    if (shown) compose(recorder, scenes, view.look.background);
    return {drawn > 0, shown};
}

void Panes::draw_data(gpu::Recorder& recorder, Scene& first, const render::ViewSpec& view) {
    first.draw_data(recorder, view);
    if (!whole_) return;
    for (const std::unique_ptr<Scene>& scene : others_) {
        if (!scene->data_name().empty()) scene->draw_data(recorder, view);
    }
    fresh_.assign(places_.size(), true);
    compose(recorder, with_targets(first), view.look.background);
}

/// Copies fresh panes to their places.
void Panes::compose(gpu::Recorder& recorder, const std::vector<Scene*>& scenes, render::Background background) {
    const auto scope = recorder.scope("panes");
    if (std::exchange(gaps_, background) != background) {
        const render::Colour& gap = render::palette_of(background).gap;
        recorder.clear(whole_, {gap[0], gap[1], gap[2], 1});
    }
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        if (scenes[i] != nullptr && fresh_[i]) recorder.copy(scenes[i]->picture(), whole_, places_[i].offset);
    }
    composed_.assign(scenes.begin(), scenes.end());
    fresh_.assign(scenes.size(), false);
}

}  // namespace scorefield::session

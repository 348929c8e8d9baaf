#include "session/run_loader.hpp"

#include <utility>

#include "base/error.hpp"
#include "render/renderer.hpp"
#include "session/forward_process.hpp"

namespace scorefield::session {

RunLoader::RunLoader(gpu::Device& device, std::shared_ptr<const ShownScore> score,
                     std::shared_ptr<const sample::ShownPopulation> population, std::uint32_t origins)
    : device_(device), score_(std::move(score)), population_(std::move(population)), origins_(origins) {}

std::optional<LoadedRun> RunLoader::load(const PreparedRun& run, const std::function<void()>& check_cancelled) const {
    try {
        std::optional<LoadedRun> loaded = score_->prepare(*population_, run, check_cancelled);
        if (loaded && run.spec.particles > origins_) {
            loaded->origins = render::Renderer::make_origins(device_, run.spec.particles);
            loaded->noised =
                ForwardProcess::make_values(device_, static_cast<std::uint32_t>(score_->dim()), run.spec.particles);
        }
        return loaded;
    } catch (const base::Error& error) {
        if (error.fault() == base::Fault::request) throw;
        return std::nullopt;  // Scene::take then allocates it, or throws
    }
}

}  // namespace scorefield::session

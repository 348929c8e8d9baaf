#pragma once

namespace scorefield::diffusion {

/// Calls action(name, value) for every parameter.
template <class Settings, class Action>
void for_each_parameter(Settings& s, const Action& action) {
    action("eta", s.eta);
    action("form", s.form);
    action("variance", s.variance);
    action("mix", s.mix);
    action("final_noise", s.final_noise);
    action("limited_noise", s.limited_noise);
    action("gamma", s.gamma);
    action("variable", s.variable);
    action("order", s.order);
    action("variant", s.variant);
    action("predict_x0", s.predict_x0);
    action("lower_order_final", s.lower_order_final);
    action("euler_at_final", s.euler_at_final);
    action("uncorrected_steps", s.uncorrected_steps);
    action("warm_up", s.warm_up);
    action("churn", s.churn);
    action("churn_min", s.churn_min);
    action("churn_max", s.churn_max);
    action("noise_scale", s.noise_scale);
    action("predictor", s.predictor);
    action("corrector_steps", s.corrector_steps);
    action("snr", s.snr);
    action("step_size", s.step_size);
    action("iterations", s.iterations);
    action("clean", s.clean);
    action("final_denoise", s.final_denoise);
    action("timestep_scaling", s.timestep_scaling);
    action("rtol", s.rtol);
    action("atol", s.atol);
    action("resamples", s.resamples);
    action("jump", s.jump);
    action("clip", s.clip);
    action("threshold", s.threshold);
    action("threshold_max", s.threshold_max);
}

}  // namespace scorefield::diffusion

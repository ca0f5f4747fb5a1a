"""The VIB model in PyTorch, trained as fast as PyTorch goes on a CPU; see peer.py.

eager    the way most code is written: autograd, then Adam(fused=True) and a foreach average
compile  one torch.compile of the whole step: objective, gradient, Adam and average
autotune the same by mode='max-autotune-no-cudagraphs', whose own matrix products are for constant
         weights only
freezing the same, with weights that do not change made constants, which is for inference: here all
         are arguments that change

bfloat16 is torch.autocast around the encoder, whose products are nearly all of the arithmetic.

Tried as well, and not faster: Adam(foreach=True), also compiled; torch.compile of the objective
alone and of the optimiser alone; and noise drawn inside the compiled step.
"""

import math
import sys

import torch
import torch._inductor.config
from torch.func import grad_and_value
from torch.nn.functional import cross_entropy, linear, relu, softplus

import peer

MODES = ('eager', 'compile', 'autotune', 'freezing')


def objective(parameters, x, y, noise, low):
    """J = CE + beta * KL in bits per example. low: bfloat16 products in the encoder."""
    w1, b1, w2, b2, head, head_b, decoder, decoder_b = parameters
    with torch.autocast('cpu', dtype=torch.bfloat16, enabled=low):
        hidden = relu(linear(x, w1, b1))
        hidden = relu(linear(hidden, w2, b2))
        code = linear(hidden, head, head_b)
    mu, rho = code.float().chunk(2, 1)
    sigma = softplus(rho - 5)
    logits = linear(mu + sigma * noise, decoder, decoder_b)
    kl = (0.5 * (mu * mu + sigma * sigma - 1) - torch.log(sigma)).sum(1).mean()
    return (cross_entropy(logits, y) + peer.BETA * kl) / math.log(2)


class Trainer:
    """Data and parameters; a subclass takes the steps."""

    versions = {'PyTorch': torch.__version__}

    def __init__(self, args, inputs, labels, classes):
        self.x = torch.from_numpy(inputs)
        self.y = torch.from_numpy(labels).long()
        self.noise_shape = (peer.BATCH, args.K)
        self.low = args.precision == 'bfloat16'
        self.parameters = []
        for weights, biases in peer.initial_weights(inputs.shape[1], args.K, classes):
            self.parameters += [torch.from_numpy(weights.T.copy()), torch.from_numpy(biases)]
        self.average = [p.clone() for p in self.parameters]

    def advance(self, indices, lr):
        """One step per row of indices; their objectives."""
        return torch.stack([self.step(rows, lr) for rows in torch.from_numpy(indices)]).numpy()


class Eager(Trainer):
    """Autograd and torch.optim."""

    def __init__(self, args, inputs, labels, classes):
        super().__init__(args, inputs, labels, classes)
        self.values = [p.requires_grad_().detach() for p in self.parameters]
        self.adam = torch.optim.Adam(self.parameters, lr=peer.LR, betas=(peer.BETA1, peer.BETA2),
                                     eps=peer.EPSILON, fused=True)

    def step(self, rows, lr):
        """One optimiser step; the objective."""
        self.adam.param_groups[0]['lr'] = lr
        loss = objective(self.parameters, self.x[rows], self.y[rows],
                         torch.randn(self.noise_shape), self.low)
        loss.backward()
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        torch._foreach_lerp_(self.average, self.values, 1 - peer.AVERAGE_DECAY)
        return loss.detach()


def whole_step(parameters, mean, square, average, x, y, noise, rate, low):
    """Objective, gradient, Adam and average, all in place; for torch.compile."""
    gradients, loss = grad_and_value(objective)(parameters, x, y, noise, low)
    for p, m, v, a, g in zip(parameters, mean, square, average, gradients):
        m.lerp_(g, 1 - peer.BETA1)
        v.mul_(peer.BETA2).addcmul_(g, g, value=1 - peer.BETA2)
        p.sub_(rate * m / (v.sqrt() + peer.EPSILON))
        a.lerp_(p, 1 - peer.AVERAGE_DECAY)
    return loss


class Compiled(Trainer):
    """torch.compile of the whole step."""

    def __init__(self, args, inputs, labels, classes):
        super().__init__(args, inputs, labels, classes)
        self.mean = [torch.zeros_like(p) for p in self.parameters]
        self.square = [torch.zeros_like(p) for p in self.parameters]
        tuned = args.mode in ('autotune', 'freezing')
        torch._inductor.config.freezing = args.mode == 'freezing'
        self.compiled = torch.compile(whole_step,
                                      mode='max-autotune-no-cudagraphs' if tuned else None)
        self.steps = 0

    def step(self, rows, lr):
        """One optimiser step; the objective."""
        self.steps += 1
        rate = torch.tensor(peer.adam_rate(lr, self.steps))
        return self.compiled(self.parameters, self.mean, self.square, self.average, self.x[rows],
                             self.y[rows], torch.randn(self.noise_shape), rate, self.low)


def main():
    """Sets PyTorch up as its guide to CPU performance advises, and measures."""
    args = peer.arguments(__doc__.splitlines()[0], MODES)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(peer.SEED)
    inputs, labels, classes = peer.SHAPES[args.shape]()
    trainer = (Eager if args.mode == 'eager' else Compiled)(args, inputs, labels, classes)
    peer.main(args, trainer, len(inputs))


if __name__ == '__main__':
    sys.exit(main())

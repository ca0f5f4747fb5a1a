"""The VIB model in JAX, trained as fast as JAX goes on a CPU; see peer.py.

jit  one jit of a lax.scan over a chunk of whole steps (objective, gradient, Adam, average), with
     its state donated

bfloat16 casts the operands of the encoder's products, forward and backward, and asks for float32
results. XLA takes as many threads as there are processors that the process is bound to.

Tried as well, and not faster: a jit of one step; unroll=5; weights stored [out][in]; XLA's flags
for oneDNN, XNNPACK, YNNPACK, 512-bit vectors and FAST_RUNTIME; bfloat16 products by automatic
differentiation of the cast (much slower).
"""

import functools
import math
import sys

import jax
import jax.numpy as jnp
import jaxlib
import numpy
from jax.nn import log_softmax, relu, softplus

import peer

MODES = ('jit',)


def low(x):
    """As bfloat16."""
    return x.astype(jnp.bfloat16)


def low_product(x, w):
    """x w with bfloat16 operands and a float32 result."""
    return jnp.matmul(low(x), low(w), preferred_element_type=jnp.float32)


def low_forward(x, w):
    """The product, and what its gradient needs."""
    return low_product(x, w), (low(x), low(w))


def low_backward(operands, g):
    """The gradients of x and w."""
    x, w = operands
    return low_product(g, w.T), low_product(x.T, g)


low_matmul = jax.custom_vjp(low_product)
low_matmul.defvjp(low_forward, low_backward)


def objective(layers, x, y, key, matmul):
    """J = CE + beta * KL in bits per example. matmul: the encoder's products."""
    (w1, b1), (w2, b2), (head, head_b), (decoder, decoder_b) = layers
    hidden = relu(matmul(x, w1) + b1)
    hidden = relu(matmul(hidden, w2) + b2)
    mu, rho = jnp.split(matmul(hidden, head) + head_b, 2, axis=1)
    sigma = softplus(rho - 5)
    z = mu + sigma * jax.random.normal(key, mu.shape)
    logits = jnp.matmul(z, decoder) + decoder_b
    ce = -jnp.take_along_axis(log_softmax(logits), y[:, None], 1).mean()
    kl = (0.5 * (mu * mu + sigma * sigma - 1) - jnp.log(sigma)).sum(1).mean()
    return (ce + peer.BETA * kl) / math.log(2)


def update(state, gradient, lr):
    """Adam and the average of the weights."""
    layers, mean, square, average, step = state
    tree = jax.tree.map
    step = step + 1
    rate = lr * jnp.sqrt(1 - peer.BETA2 ** step) / (1 - peer.BETA1 ** step)
    mean = tree(lambda m, g: peer.BETA1 * m + (1 - peer.BETA1) * g, mean, gradient)
    square = tree(lambda v, g: peer.BETA2 * v + (1 - peer.BETA2) * g * g, square, gradient)
    layers = tree(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + peer.EPSILON),
                  layers, mean, square)
    average = tree(lambda a, p: peer.AVERAGE_DECAY * a + (1 - peer.AVERAGE_DECAY) * p,
                   average, layers)
    return layers, mean, square, average, step


@functools.partial(jax.jit, donate_argnums=0, static_argnames='matmul')
def train(state, x, y, indices, lr, key, matmul):
    """One step per row of indices; the new state and the objectives."""
    def step(state, rows):
        noise = jax.random.fold_in(key, state[-1].astype(jnp.int32))
        loss, gradient = jax.value_and_grad(objective)(state[0], x[rows], y[rows], noise, matmul)
        return update(state, gradient, lr), loss
    return jax.lax.scan(step, state, indices)


class Trainer:
    """Data and the state of training."""

    versions = {'JAX': jax.__version__, 'jaxlib': jaxlib.__version__}

    def __init__(self, args, inputs, labels, classes):
        self.x, self.y = jnp.asarray(inputs), jnp.asarray(labels)
        self.matmul = low_matmul if args.precision == 'bfloat16' else jnp.matmul
        self.key = jax.random.key(peer.SEED)
        layers = jax.tree.map(jnp.asarray, peer.initial_weights(inputs.shape[1], args.K, classes))
        zeros = functools.partial(jax.tree.map, jnp.zeros_like)
        self.state = (layers, zeros(layers), zeros(layers), jax.tree.map(jnp.copy, layers),
                      jnp.float32(0))

    def advance(self, indices, lr):
        """One step per row of indices; their objectives."""
        self.state, losses = train(self.state, self.x, self.y, indices, lr, self.key, self.matmul)
        return numpy.asarray(losses)


def main():
    """Measures, with XLA's own random numbers, which are cheaper than JAX's default."""
    args = peer.arguments(__doc__.splitlines()[0], MODES)
    jax.config.update('jax_platforms', 'cpu')
    jax.config.update('jax_default_prng_impl', 'rbg')
    inputs, labels, classes = peer.SHAPES[args.shape]()
    peer.main(args, Trainer(args, inputs, labels, classes), len(inputs))


if __name__ == '__main__':
    sys.exit(main())

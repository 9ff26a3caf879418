# %% [markdown]
# # Appendix: where the formulas come from
#
# Three derivations stand behind the questions of this chapter: what a layer computes, why scores may be shifted before they become
# probabilities, and how a gradient passes through a layer. The symbols are those of the notebook: a batch has $N$ examples, a layer $D$
# inputs and $H$ units, there are $C$ classes, and matrices have one row for each example.

# %% [markdown]
# ## A. Forward propagation
#
# ### From one unit to one layer
#
# A unit takes the inputs $x_1, \dots, x_D$ of one example, weights each, adds its bias and applies a function $f$:
#
# $$a = f\Big( \sum_{d=1}^{D} x_d \, w_d + b \Big)$$
#
# A layer has $H$ such units, which share the inputs and have weights and biases of their own. Write the weights of unit $j$ as column $j$
# of a matrix $W$ of shape $(D, H)$, and its bias as entry $j$ of a vector $b$ of shape $(H,)$. With the example as a row $x$ of shape
# $(1, D)$, all units at once are
#
# $$z_j = \sum_{d=1}^{D} x_d \, W_{dj} + b_j, \qquad\text{that is}\qquad z = x W + b, \qquad a = f(z)$$
#
# where $f$ acts on each entry.
#
# ### From one example to a batch
#
# The examples of a batch do not depend on one another. Put example $i$ into row $i$ of a matrix $X$ of shape $(N, D)$, and row $i$ of
#
# $$Z = X W + \mathbf{1} b, \qquad A = f(Z)$$
#
# is what the layer makes of it. Here $\mathbf{1}$ is a column of $N$ ones and $b$ is read as a row, so that $\mathbf{1} b$, of shape
# $(N, H)$, repeats the bias in every row. NumPy does this repetition by itself when it adds an array of shape $(H,)$ to one of shape
# $(N, H)$; this is called broadcasting.
#
# ### From one layer to a network
#
# The output of a layer is the input of the next. With $K$ layers and $A^{(0)} = X$,
#
# $$A^{(l)} = f^{(l)}\big( A^{(l-1)} W^{(l)} + \mathbf{1} b^{(l)} \big), \qquad l = 1, \dots, K$$
#
# The functions $f^{(l)}$ must not all be linear. If they were the identity, two layers would be
#
# $$\big( X W^{(1)} + \mathbf{1} b^{(1)} \big) W^{(2)} + \mathbf{1} b^{(2)} = {X \, W^{(1)} W^{(2)}} + \mathbf{1} \big( b^{(1)} W^{(2)} + b^{(2)} \big)$$
#
# which is a single layer with the weights $W^{(1)} W^{(2)}$: depth would have bought nothing.

# %% [markdown]
# ## B. Softmax does not feel a shift
#
# Softmax turns a row of scores $x_1, \dots, x_C$ into
#
# $$p_j = \frac{e^{x_j}}{\sum_{k=1}^{C} e^{x_k}}$$
#
# **Claim.** For every number $c$, the scores $x_1 + c, \dots, x_C + c$ give the same probabilities.
#
# **Proof.** The factor $e^c$ does not depend on the index of the sum, and cancels:
#
# $$\frac{e^{x_j + c}}{\sum_k e^{x_k + c}} = \frac{e^c \, e^{x_j}}{\sum_k e^c \, e^{x_k}} = \frac{e^c}{e^c} \cdot \frac{e^{x_j}}{\sum_k e^{x_k}} = p_j
# \qquad \blacksquare$$
#
# ### Why the maximum
#
# The claim holds for real numbers. A double-precision number, however, cannot exceed about $1.8 \cdot 10^{308}$, so that $e^x$ overflows
# to infinity for $x > 709.8$, and $\infty / \infty$ is not a number. At the other end $e^x$ becomes exactly $0$ for $x < -745.2$, and
# where this happens to all scores of a row the quotient is $0/0$.
#
# So choose $c = -m$ with $m = \max_k x_k$. Then
#
# $$x_j - m \le 0 \quad\text{for all } j, \qquad\text{hence}\qquad 0 \le e^{x_j - m} \le 1$$
#
# and nothing can overflow. And since the largest score becomes $0$,
#
# $$\sum_{k=1}^{C} e^{x_k - m} \ge e^{0} = 1$$
#
# so that the denominator is never $0$. An exponential may still underflow to $0$, but only one that is more than 745 below the largest
# score, whose probability is below $10^{-323}$: there 0 is the right answer to within rounding.
#
# Both arguments need the maximum of the row itself. The maximum over a whole batch still prevents the overflow. It loses the second
# bound, though: a row whose scores all lie 800 below the largest of another row becomes $0/0$.

# %% [markdown]
# ## C. Backpropagation through a layer
#
# Let $L$ be the loss of a batch, and look at one layer,
#
# $$Z = X W + \mathbf{1} b, \qquad A = f(Z).$$
#
# The layers above have computed $\delta_{ij} = \partial L / \partial A_{ij}$, of shape $(N, H)$. Wanted are the derivatives by $W$, by
# $b$ and by $X$. The last is what the layer below needs as its own $\delta$.
#
# ### Through the activation
#
# $A_{ij} = f(Z_{ij})$ depends on no other entry of $Z$, so that the chain rule has a single term:
#
# $$\Delta_{ij} := \frac{\partial L}{\partial Z_{ij}} = \frac{\partial L}{\partial A_{ij}} \, f'(Z_{ij}) = \delta_{ij} \, f'(Z_{ij})$$
#
# For the activations of the notebook the slope can be told from the value of $f$ alone: with $a = f(z)$,
#
# $$\text{sigmoid: } f'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a), \qquad
# \tanh\text{: } f'(z) = 1 - a^2, \qquad
# \text{ReLU: } f'(z) = \begin{cases} 1 & a > 0 \\ 0 & a = 0 \end{cases}$$
#
# where ReLU's slope at its kink is counted as 0. Therefore the derivative functions there take the post-activation.
#
# ### To the weights
#
# In index notation the layer is
#
# $$Z_{ij} = \sum_{d=1}^{D} X_{id} \, W_{dj} + b_j$$
#
# The weight $W_{dj}$ goes into column $j$ of $Z$, once in each row: $\partial Z_{ij} / \partial W_{dj} = X_{id}$. The chain rule adds up
# all ways on which $W_{dj}$ acts on the loss, and there is one for each example:
#
# $$\frac{\partial L}{\partial W_{dj}} = \sum_{i=1}^{N} \frac{\partial L}{\partial Z_{ij}} \frac{\partial Z_{ij}}{\partial W_{dj}}
# = \sum_{i=1}^{N} X_{id} \, \Delta_{ij}
# \qquad\Longrightarrow\qquad \frac{\partial L}{\partial W} = X^\top \Delta$$
#
# The shapes agree: $(D, N) \times (N, H) = (D, H)$.
#
# ### To the biases
#
# $b_j$ is added to column $j$ in every row, with the derivative $1$:
#
# $$\frac{\partial L}{\partial b_j} = \sum_{i=1}^{N} \Delta_{ij}$$
#
# What the forward pass broadcast, the backward pass sums.
#
# ### To the inputs
#
# $X_{id}$ goes into row $i$ of $Z$, once in each column: $\partial Z_{ij} / \partial X_{id} = W_{dj}$. This time the sum runs over the
# units,
#
# $$\frac{\partial L}{\partial X_{id}} = \sum_{j=1}^{H} \Delta_{ij} \, W_{dj}
# \qquad\Longrightarrow\qquad \frac{\partial L}{\partial X} = \Delta \, W^\top$$
#
# with the shapes $(N, H) \times (H, D) = (N, D)$.
#
# ### Where it starts
#
# The last layer has the softmax as its activation, and each of its outputs depends on all scores of the row. It is easiest to take
# softmax and cross-entropy together. For one example with the right class $r$ and the scores $z_1, \dots, z_C$,
#
# $$L = -\log p_r = -\log \frac{e^{z_r}}{\sum_k e^{z_k}} = -z_r + {\log \sum_{k=1}^{C} e^{z_k}}$$
#
# and hence
#
# $$\frac{\partial L}{\partial z_j} = -[\, j = r \,] + \frac{e^{z_j}}{\sum_k e^{z_k}} = p_j - y_j$$
#
# where $[\, j = r \,]$ is 1 if $j = r$ and 0 otherwise, which is the entry $y_j$ of the one-hot label. For a batch whose loss is the sum
# over its examples, each row has its own such term: $\Delta = P - y$. This is already the derivative by the *pre*-activation of the
# output layer. So it goes into the backward pass with $f' = 1$.

/* Chains that come apart without an event that says so. */
#include "collector/chain.h"

void
cg_chain_end(struct cg_thread *th, const struct cg_img_activation *act)
{
	struct cg_img_activation *inner = cg_chain_inner(th, act);

	if (inner)
		cg_wait_end_at(th, cg_chain_innermost(th, inner),
		               act->state == CG_ACT_SUSPENDED ? th->img->last : 0);
}

void
cg_chain_pass_by(struct cg_thread *th)
{
	struct cg_img_activation *inner = cg_act_at(th, th->last_inner);
	const struct cg_img_activation *outer = cg_act_at(th, inner->awaiter);

	th->last_inner = 0;
	if (inner->state == CG_ACT_SUSPENDED && outer && outer->state == CG_ACT_RUNNING)
		cg_wait_end_at(th, cg_chain_innermost(th, inner), outer->since);
}

void
cg_chain_let_go(struct cg_thread *th, struct cg_img_activation *act)
{
	while ((act = cg_chain_inner(th, act))) {
		cg_wait_end_at(th, act, th->img->last);
		act->awaiter = 0;
	}
}

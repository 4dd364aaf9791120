import { type Budget, budgetSchema, type Plan } from '../../server/protocol/budget.ts';
import { callApi } from '../session/api.ts';

/** Throws `Refused`. */
export function reckonBudget(plan: Plan): Promise<Budget> {
  return callApi({ method: 'POST', path: '/budget', body: plan, answer: budgetSchema });
}

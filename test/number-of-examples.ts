const { FC_SHARE = '1' } = process.env;

/** So many examples of a property that takes more than others; a share of them where tests run thousands of times (`FC_SHARE`). */
export const examples = (count: number) => ({ numRuns: Math.ceil(count * Number(FC_SHARE)) });

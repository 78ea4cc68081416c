import { appraisal } from './words.en.appraisal'
import { cases } from './words.en.cases'
import { citizen } from './words.en.citizen'
import { clock } from './words.en.clock'
import { common } from './words.en.common'
import { desk } from './words.en.desk'
import { duty } from './words.en.duty'
import { effect } from './words.en.effect'
import { fieldwork } from './words.en.fieldwork'
import { form } from './words.en.form'
import { identity } from './words.en.identity'
import { intake } from './words.en.intake'
import { integrity } from './words.en.integrity'
import { lists } from './words.en.lists'
import { messages } from './words.en.messages'
import { officer } from './words.en.officer'
import { platform } from './words.en.platform'
import { published } from './words.en.public'
import { rectify } from './words.en.rectify'
import { region } from './words.en.region'
import { report } from './words.en.report'
import { results } from './words.en.results'
import { sampling } from './words.en.sampling'
import { shell } from './words.en.shell'
import { survey } from './words.en.survey'
import { systems } from './words.en.systems'
import { tally } from './words.en.tally'
import { whistle } from './words.en.whistle'

/** The parts, named: the test holds that no sentence stands in two. */
export const parts = { common, shell, cases, clock, appraisal, identity, platform, published, rectify, lists, region, survey, sampling, fieldwork, form, integrity, systems, results, report, tally, citizen, officer, desk, intake, messages, duty, effect, whistle }

/** English for the Chinese sentences of the interface. */
export default Object.assign({}, ...Object.values(parts)) as Record<string, string>

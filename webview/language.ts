/** The language of the page, which its host wrote into it. Has to be imported before components. */
import { speakLanguage } from '../src/domain/words/speak';
import { PAGE_TEXTS, type PageTexts } from '../src/text/page-texts';

const json = document.getElementById(PAGE_TEXTS)?.textContent;
if (json != null) {
  const { language, bundle } = JSON.parse(json) as PageTexts;
  speakLanguage(language, bundle);
}
